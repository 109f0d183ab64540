/**
 * Measurements of the gateway side by side with baselines, in the same run: {@code scripts/bench.sh}. Everything here
 * starts real processes on this machine, sends only to them, and ends them. What a figure means stands in
 * {@code docs/performance.md}.
 */
@NullMarked
package org.dicomgateway.bench;

import org.jspecify.annotations.NullMarked;
