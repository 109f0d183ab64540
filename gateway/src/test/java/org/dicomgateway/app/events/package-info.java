/** Events as receivers get them from the gateway as it ships. */
@NullMarked
package org.dicomgateway.app.events;

import org.jspecify.annotations.NullMarked;
