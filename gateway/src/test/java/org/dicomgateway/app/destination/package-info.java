/**
 * Destinations of the gateway as it ships that are slow, away, full or silent, refuse, or stand behind a bad network:
 * everything arrives in the end, and none of them holds another up.
 */
@NullMarked
package org.dicomgateway.app.destination;

import org.jspecify.annotations.NullMarked;
