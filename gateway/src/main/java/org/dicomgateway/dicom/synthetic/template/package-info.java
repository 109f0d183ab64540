/**
 * Templates for synthetic studies, as an operator writes them: attributes, and rules for their values.
 *
 * <p>In: text. Out: values for each instance, or an error with its file and line. Threads: none. Never here: pixels,
 * files.
 */
@NullMarked
package org.dicomgateway.dicom.synthetic.template;

import org.jspecify.annotations.NullMarked;
