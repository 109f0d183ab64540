/**
 * The load of a measurement: files and instances of one size, and the programs that send them.
 */
@NullMarked
package org.dicomgateway.bench.load;

import org.jspecify.annotations.NullMarked;
