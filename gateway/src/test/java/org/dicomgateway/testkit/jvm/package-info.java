/**
 * What looks into a Java virtual machine: a debugger that stops at a step, and a search for what fills the heap.
 */
@NullMarked
package org.dicomgateway.testkit.jvm;

import org.jspecify.annotations.NullMarked;
