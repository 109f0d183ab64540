/**
 * What a synthetic study is to look like, as an operator writes it: attributes and rules for their values.
 *
 * <p>In: text. Out: values for each instance, or an error with its place. Threads: none. Never here: pixels, files.
 */
@NullMarked
package org.dicomgateway.dicom.synthetic.template;

import org.jspecify.annotations.NullMarked;
