package org.dicomgateway.spool;

import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;

/** Plans the deliveries of an instance. Pure: no I/O and no clock; the same rules give the same answer. */
@FunctionalInterface
public interface Planner {

    /** Returns the deliveries of an instance. Without deliveries no rule applied, and the instance is held. */
    Plan plan(InstanceHeader header, Origin origin);
}
