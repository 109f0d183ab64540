package org.dicomgateway.audit;

/**
 * A transfer of instances of one study of one patient between the gateway and one other node.
 *
 * @param incoming whether the gateway receives them
 * @param ownAe the AE title that the gateway uses for that node; may be empty
 * @param peerAe the AE title of the node
 * @param peerName the name of the node in the rules; empty for a sender
 * @param peerAddress the address or host of the node
 * @param studyInstanceUid the study; empty when the instances do not contain it
 * @param patientId the patient; empty when the instances do not contain it
 */
record Transfer(
        boolean incoming,
        String ownAe,
        String peerAe,
        String peerName,
        String peerAddress,
        String studyInstanceUid,
        String patientId) {}
