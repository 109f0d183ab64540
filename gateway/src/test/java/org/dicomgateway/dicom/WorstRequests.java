package org.dicomgateway.dicom;

import static org.dicomgateway.dicom.AssociateBody.ascii;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.wire.AssociateGuard;

/** Association requests that cost the most memory for their bytes, each of one kind of item. */
public final class WorstRequests {

    private static final int MEBIBYTE = 1 << 20;
    private static final int ITEM = 65_000;

    private WorstRequests() {}

    /** A mebibyte each, which is more than any bound allows, of what grows most when it is read. */
    static Map<String, byte[]> beyondAllBounds(String calling) {
        Map<String, byte[]> requests = new LinkedHashMap<>();

        AssociateBody roles = begun(calling).context(1, RawPeer.CT, List.of(RawPeer.IMPLICIT));
        for (int item = 0; roles.length() < MEBIBYTE - ITEM; item++) {
            int first = item * 6_000;
            roles.user(user -> IntStream.range(first, first + 6_000)
                    .forEach(i -> user.role("" + (char) (' ' + i / 200 % 200) + (char) (' ' + i % 200))));
        }
        requests.put("role selections", roles.pdu(RawPeer.RQ));

        AssociateBody syntaxes = begun(calling);
        for (int id = 1; syntaxes.length() < MEBIBYTE - ITEM; id++) {
            syntaxes.context(id, RawPeer.CT, Collections.nCopies(12_900, "1"));
        }
        requests.put("transfer syntaxes", syntaxes.user(user -> {}).pdu(RawPeer.RQ));

        AssociateBody related = begun(calling).context(1, RawPeer.CT, List.of(RawPeer.IMPLICIT));
        for (int item = 0; related.length() < MEBIBYTE - ITEM; item++) {
            String sopClass = "1." + item;
            related.user(user -> user.commonExtended(sopClass, 32_000));
        }
        requests.put("related SOP classes", related.pdu(RawPeer.RQ));

        AssociateBody extended = begun(calling).context(1, RawPeer.CT, List.of(RawPeer.IMPLICIT));
        for (int item = 0; extended.length() < MEBIBYTE - ITEM; item++) {
            int first = item * 5_000;
            extended.user(
                    user -> IntStream.range(first, first + 5_000).forEach(i -> user.extended(Integer.toString(i), 0)));
        }
        requests.put("extended negotiations", extended.pdu(RawPeer.RQ));
        return requests;
    }

    /** As much as every bound allows. */
    public static Map<String, byte[]> withinAllBounds(String calling) {
        Map<String, byte[]> requests = new LinkedHashMap<>();

        AssociateBody syntaxes = begun(calling);
        for (int i = 0; i < AssociateGuard.MAX_CONTEXTS; i++) {
            List<String> each = new ArrayList<>();
            for (int k = 0; k < AssociateGuard.MAX_TRANSFER_SYNTAXES / AssociateGuard.MAX_CONTEXTS; k++) {
                each.add("1." + (i * 20 + k) % 128);
            }
            syntaxes.context(2 * i + 1, RawPeer.CT, each);
        }
        requests.put(
                "transfer syntaxes",
                syntaxes.user(user -> IntStream.range(0, AssociateGuard.MAX_ROLE_SELECTIONS)
                                .forEach(i -> user.role("1.2." + i)))
                        .pdu(RawPeer.RQ));

        AssociateBody roles = begun(calling);
        IntStream.range(0, AssociateGuard.MAX_CONTEXTS)
                .forEach(i -> roles.context(2 * i + 1, longUid(i), List.of(RawPeer.IMPLICIT)));
        roles.user(user -> IntStream.range(0, AssociateGuard.MAX_ROLE_SELECTIONS)
                .forEach(i -> user.role(longUid(i)).extended(longUid(i), 100).commonExtended(longUid(i), 30)));
        requests.put("role selections", roles.pdu(RawPeer.RQ));

        AssociateBody identity = begun(calling).context(1, RawPeer.CT, List.of(RawPeer.IMPLICIT));
        requests.put(
                "user identity",
                identity.user(user -> user.identity(2, new byte[60_000], new byte[4_000]))
                        .pdu(RawPeer.RQ));
        return requests;
    }

    private static AssociateBody begun(String calling) {
        return AssociateBody.of("GATEWAY", calling)
                .item(AssociateBody.APPLICATION_CONTEXT, ascii("1.2.840.10008.3.1.1.1"));
    }

    private static String longUid(int i) {
        return "1.2.826.0.1.3680043.2.1143." + "1".repeat(33) + (100 + i);
    }
}
