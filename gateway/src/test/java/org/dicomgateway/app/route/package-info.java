/**
 * Where instances go, among several destinations of the gateway as it ships: who gets what and when, what fails over,
 * and rules that are edited meanwhile.
 */
@NullMarked
package org.dicomgateway.app.route;

import org.jspecify.annotations.NullMarked;
