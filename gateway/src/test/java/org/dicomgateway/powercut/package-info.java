/**
 * The power cut, by the program that ships: its system calls are recorded with what they write, and played to a disk
 * that loses what was not synced.
 */
@NullMarked
package org.dicomgateway.powercut;

import org.jspecify.annotations.NullMarked;
