package org.dicomgateway.app;

import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.access.Caller;
import org.dicomgateway.audit.AuditTrail;

/** Records the actions of operators in the audit trail. */
record AuditedOperators(AuditTrail trail) implements AuditListener {

    private static final int FIRST_FAILURE = 400;

    @Override
    public void acted(Caller caller, String function, String request, int status) {
        trail.operatorAction(caller.name(), caller.address(), function, request, status < FIRST_FAILURE);
    }

    @Override
    public void refused(String user, String address, String why) {
        trail.loginFailed(user.isEmpty() ? "unknown" : user, address, why);
    }
}
