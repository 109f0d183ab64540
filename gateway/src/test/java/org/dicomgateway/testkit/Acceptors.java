package org.dicomgateway.testkit;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.CommitmentScu;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.security.TlsContexts;

/** Servers in this process that only take instances, and the settings of destinations that wait long for everything. */
public final class Acceptors {

    /** Nobody is asked for storage commitment, so no report is expected. */
    public static final CommitmentScu NO_REPORTS = new CommitmentScu() {

        @Override
        public String refusal(Origin origin) {
            return "the gateway asks nobody for storage commitment";
        }

        @Override
        public Answer report(CommitmentResult result, Origin origin) {
            return new Answer(DimseStatus.INVALID_ARGUMENT_VALUE, refusal(origin));
        }
    };

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int PDU = 128 * 1024;

    private Acceptors() {}

    /** An acceptor without storage commitment that does not load renewed certificates. */
    public static Acceptor of(AcceptorSettings settings, AssociationPolicy policy, CStoreScp scp) {
        return new Acceptor(
                settings, new TlsContexts(InstantSource.system()), policy, scp, Optional.empty(), NO_REPORTS);
    }

    public static AcceptorSettings at(Peer peer) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), peer.port());
        return new AcceptorSettings(
                address, 100, OptionalInt.empty(), LONG, LONG, LONG, OptionalLong.empty(), LONG, PDU, Optional.empty());
    }
}
