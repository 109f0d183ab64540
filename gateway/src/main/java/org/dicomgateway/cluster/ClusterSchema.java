package org.dicomgateway.cluster;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.logging.LogFactory;
import org.flywaydb.core.api.logging.LogLevel;

/**
 * Brings the cluster's schema up to date. Never edit a released migration; add a new one that only adds: gateways of
 * the version before work on beside it.
 */
final class ClusterSchema {

    private ClusterSchema() {}

    /**
     * Applies the missing migrations. Only one gateway at a time does.
     *
     * @throws org.flywaydb.core.api.FlywayException when the database refuses
     */
    static void migrate(DataSource database) {
        LogFactory.setLogLevel(LogLevel.WARN);
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:org/dicomgateway/cluster")
                .load()
                .migrate();
    }
}
