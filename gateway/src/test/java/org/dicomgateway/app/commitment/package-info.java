/**
 * Storage commitment by the gateway as it ships: what senders ask of it, and what it asks of destinations.
 */
@NullMarked
package org.dicomgateway.app.commitment;

import org.jspecify.annotations.NullMarked;
