/**
 * What operators work with, at the gateway as it ships: commands, the HTTP API, and the page in a real browser.
 */
@NullMarked
package org.dicomgateway.app.operator;

import org.jspecify.annotations.NullMarked;
