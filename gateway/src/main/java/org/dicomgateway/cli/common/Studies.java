package org.dicomgateway.cli.common;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.admin.api.StudyView;
import org.dicomgateway.dicom.values.Text;

/** The studies with an Accession Number, for commands that know only studies. */
public final class Studies {

    /** No order has more studies than this. */
    private static final int MOST = 1_000;

    private static final int MAX_VALUE = 64;

    private Studies() {}

    /**
     * The Study Instance UIDs.
     *
     * @param study only this one; empty: any
     * @throws RunningGatewayException when the gateway knows none, or cannot be asked
     */
    public static List<String> of(RunningGateway gateway, String accession, Optional<String> study)
            throws RunningGatewayException {
        Map<String, String> conditions = new LinkedHashMap<>(Map.of("accession", accession));
        study.ifPresent(uid -> conditions.put("study", uid));
        List<String> uids = Found.by(gateway, "/api/studies", conditions, MOST).as(StudyView.class).stream()
                .map(StudyView::studyInstanceUid)
                .filter(uid -> !uid.isEmpty())
                .distinct()
                .toList();
        if (uids.isEmpty()) {
            throw new RunningGatewayException(
                    "no study is known with the accession number " + Text.printable(accession, MAX_VALUE)
                            + ": it never arrived here, or is older than the history" + others(gateway),
                    ExitCode.NOT_FOUND,
                    null);
        }
        return uids;
    }

    /** The database of a cluster has no accession numbers. */
    private static String others(RunningGateway gateway) throws RunningGatewayException {
        return gateway.cluster()
                .map(StatusView.Cluster::others)
                .filter(others -> !others.isEmpty())
                .map(others -> "; other gateways of the cluster may know it: ask " + String.join(", ", others)
                        + ", or give the Study Instance UID with --study")
                .orElse("");
    }
}
