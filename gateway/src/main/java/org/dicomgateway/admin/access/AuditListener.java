package org.dicomgateway.admin.access;

/** Sees what is done through the operators' interface, for the audit trail. Must not block. */
public interface AuditListener {

    /** Sees nothing. */
    AuditListener NOBODY = new AuditListener() {
        @Override
        public void acted(Caller caller, String function, String request, int status) {}

        @Override
        public void refused(String user, String address, String why) {}
    };

    /**
     * Somebody asked for a change.
     *
     * @param function the path of what was asked for
     * @param request the body of the request, as it came; may be empty
     * @param status the HTTP status of the answer: below 400 it was done
     */
    void acted(Caller caller, String function, String request, int status);

    /**
     * Somebody was not recognized.
     *
     * @param user as the request names them; printable, may be empty
     * @param address where the request came from
     */
    void refused(String user, String address, String why);
}
