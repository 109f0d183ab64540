package org.dicomgateway.spool;

import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;

/** Decides where an instance goes. Pure: no I/O, no clock, the same answer for the same rules. */
@FunctionalInterface
public interface Planner {

    /** The deliveries for an instance; none when no rule applies, and the instance is then held. */
    Plan plan(InstanceHeader header, Origin origin);
}
