/** The process of the gateway as it ships as a server of DICOMweb: STOW-RS from other programs. */
@NullMarked
package org.dicomgateway.app.web;

import org.jspecify.annotations.NullMarked;
