/**
 * The load of a measurement: files and instances of one size, the programs that send them, an acceptor that receives
 * them, and pauses.
 */
@NullMarked
package org.dicomgateway.bench.load;

import org.jspecify.annotations.NullMarked;
