/**
 * Destinations that are not Orthanc: DCMTK's, and servers in this process that answer as a test says.
 */
@NullMarked
package org.dicomgateway.testkit.scp;

import org.jspecify.annotations.NullMarked;
