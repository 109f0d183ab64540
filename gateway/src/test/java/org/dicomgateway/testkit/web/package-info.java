/** Web servers that receive what the gateway sends, and fail as they are told. */
@NullMarked
package org.dicomgateway.testkit.web;

import org.jspecify.annotations.NullMarked;
