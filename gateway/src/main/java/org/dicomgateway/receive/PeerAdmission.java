package org.dicomgateway.receive;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.CStoreScp.CStoreRequest;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An association that a rule permits. Keeps the association within the limits of the rule. */
final class PeerAdmission implements Admission {

    private static final Logger LOG = LoggerFactory.getLogger(PeerAdmission.class);

    private final AccessRule rule;
    private final PeerAccount account;
    private final boolean identityVerified;
    private final AtomicBoolean over = new AtomicBoolean();
    private long received;

    /**
     * Admits the association.
     *
     * @param account the account of the peer, which counts the association already
     */
    PeerAdmission(AccessRule rule, PeerAccount account, boolean identityVerified) {
        this.rule = rule;
        this.account = account;
        this.identityVerified = identityVerified;
    }

    @Override
    public boolean takes(Uid sopClass) {
        return rule.sopClass().isEmpty() || rule.sopClass().get().matches(sopClass.value());
    }

    @Override
    public List<TransferSyntax> transferSyntaxes() {
        return rule.transferSyntaxes();
    }

    @Override
    public boolean identityVerified() {
        return identityVerified;
    }

    @Override
    public CStoreScp limit(CStoreScp scp) {
        boolean nothingToDo = rule.sopClass().isEmpty()
                && rule.limits().instanceSize().isEmpty()
                && rule.limits().associationSize().isEmpty()
                && account.isUnlimited();
        return nothingToDo ? scp : request -> cStore(request, scp);
    }

    @Override
    public void ended() {
        if (over.compareAndSet(false, true)) {
            account.release();
        }
    }

    /** For the log. */
    @Override
    public String toString() {
        return ", access " + rule.name();
    }

    private CStoreResponse cStore(CStoreRequest request, CStoreScp scp) throws IOException {
        if (!takes(request.sopClass())) {
            LOG.info(
                    "access {}: {} may not send SOP class {}",
                    rule.name(),
                    request.origin().calling(),
                    request.sopClass());
            discard(request.dataset());
            return new CStoreResponse(DimseStatus.SOP_CLASS_NOT_SUPPORTED, "this sender may not send this SOP class");
        }
        awaitTurn();
        MeasuredStream dataset = new MeasuredStream(request.dataset(), rule.limits(), received);
        try {
            CStoreResponse answer = passOn(request, dataset, scp);
            dataset.discard();
            return answer;
        } finally {
            charge(dataset);
        }
    }

    private CStoreResponse passOn(CStoreRequest request, MeasuredStream dataset, CStoreScp scp) throws IOException {
        try {
            return scp.cStore(new CStoreRequest(
                    request.sopClass(),
                    request.sopInstance(),
                    request.transferSyntax(),
                    request.origin(),
                    request.study(),
                    dataset));
        } catch (IOException e) {
            if (dataset.isTooLarge()) {
                LOG.info("access {}: {}: {}", rule.name(), request.origin().calling(), e.getMessage());
                return new CStoreResponse(DimseStatus.NOT_AUTHORIZED, "larger than this sender may send");
            }
            throw e;
        }
    }

    @Override
    public void count(long bytes) throws IOException {
        received += bytes;
        account.charge(bytes);
        MeasuredStream.checkAssociation(rule.limits(), received);
    }

    @Override
    public void discard(InputStream content) throws IOException {
        awaitTurn();
        MeasuredStream measured = new MeasuredStream(content, rule.limits(), received);
        try {
            measured.discard();
        } finally {
            charge(measured);
        }
    }

    private void charge(MeasuredStream content) {
        received += content.count();
        account.charge(content.count());
    }

    private void awaitTurn() throws IOException {
        try {
            if (!account.awaitTurn(over::get)) {
                throw new IOException("the association ended while it waited (max-rate)");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the association waited (max-rate)");
        }
    }
}
