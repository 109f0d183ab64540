/** What holds of the project as a whole: its architecture, its documents, its scripts, and what it depends on. */
@NullMarked
package org.dicomgateway;

import org.jspecify.annotations.NullMarked;
