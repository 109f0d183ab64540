package org.dicomgateway.testkit;

/** What a {@link FaultProxy} does to the connections that go through it. */
public enum NetworkFault {
    /** Passes everything on. */
    NONE,
    /** Closes each connection as soon as it is made, as a port does that nobody listens on any more. */
    REFUSE,
    /** Accepts connections and passes nothing on, in either direction. */
    BLACK_HOLE,
    /** Passes requests on and swallows every answer after the association's acceptance. */
    NO_ANSWER,
    /** An answer to a message comes late, by the time the proxy was given. */
    LATE,
    /** Passes every byte on by itself. */
    BYTE_BY_BYTE,
    /** Breaks the connection with a RST in the middle of a PDU of the requestor. */
    RESET_IN_PDU,
    /** The requestor is told that nothing more will come (FIN), and its bytes are read and thrown away. */
    HALF_OPEN,
    /** An answer after the acceptance has the type and length of a PDU, and rubbish in it. */
    GARBAGE_BODY,
    /** An answer after the acceptance is no PDU at all. */
    GARBAGE,
    /** An answer tells of another message than was sent. */
    OTHER_MESSAGE,
    /** A-ABORT in the place of an answer: of a different one on each connection, the acceptance among them. */
    ABORT,
    /** The connection is closed after each answer to a message, without a release. */
    CLOSE_AFTER_EACH
}
