package org.dicomgateway.audit;

/**
 * Instances of one study of one patient on their way between the gateway and one other node.
 *
 * @param incoming whether the gateway receives them
 * @param ownAe the gateway's AE title towards that node; may be empty
 * @param peerAe the node's AE title
 * @param peerName what the rules call the node; empty for a sender
 * @param peerAddress its address or host
 * @param studyInstanceUid the study; empty when the instances do not say
 * @param patientId the patient; empty when the instances do not say
 */
record Transfer(
        boolean incoming,
        String ownAe,
        String peerAe,
        String peerName,
        String peerAddress,
        String studyInstanceUid,
        String patientId) {}
