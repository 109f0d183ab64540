package org.dicomgateway.cluster;

import java.sql.SQLException;

/** Another gateway has declared this one dead: nothing that it writes has an effect any more. */
final class FencedException extends SQLException {

    private static final long serialVersionUID = 1L;

    FencedException() {
        super("another gateway of the cluster has declared this one dead and taken over its work");
    }
}
