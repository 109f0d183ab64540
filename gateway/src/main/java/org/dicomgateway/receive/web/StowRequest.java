package org.dicomgateway.receive.web;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dicomgateway.dicom.values.Uid;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * What a Store request (PS3.18 10.5.1) asks for, by its head.
 *
 * @param study the study in the URL; empty: instances of any study
 * @param boundary separates the parts of the body
 * @param answer the form of the answer
 */
record StowRequest(Optional<Uid> study, String boundary, StoreAnswer answer) {

    /** The media type of an instance. */
    static final String INSTANCE = "application/dicom";

    private static final String STUDIES = "/dicom-web/studies";
    private static final String MULTIPART = "multipart/related";

    /** RFC 2046 5.1.1, without a blank. It allows 70 characters; Orthanc's plugin sends 73. */
    private static final Pattern BOUNDARY = Pattern.compile("[0-9A-Za-z'()+_,\\-./:=?]{1,200}");

    /** A request that is not taken. The text goes to the caller, and holds nothing of the request. */
    static final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final int status;

        RefusedException(int status, String why) {
            super(why);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** Checks method, path and framing. Returns the study in the path. */
    static Optional<Uid> study(Request request) throws RefusedException {
        if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_0
                && request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)) {
            // RFC 9112 6.1: what is in front of the gateway may have seen another end of this body.
            throw new RefusedException(HttpStatus.BAD_REQUEST_400, "no Transfer-Encoding in HTTP/1.0");
        }
        String path = Request.getPathInContext(request);
        String rest = path.startsWith(STUDIES) ? path.substring(STUDIES.length()) : "?";
        boolean all = rest.isEmpty() || rest.equals("/");
        boolean one = rest.length() > 1 && rest.charAt(0) == '/' && Uid.isValid(rest.substring(1));
        if (!all && !one) {
            throw new RefusedException(HttpStatus.NOT_FOUND_404, "only " + STUDIES + " and " + STUDIES + "/{study}");
        }
        if (!HttpMethod.POST.is(request.getMethod())) {
            throw new RefusedException(HttpStatus.METHOD_NOT_ALLOWED_405, "instances can be stored here, only POST");
        }
        return one ? Optional.of(Uid.of(rest.substring(1))) : Optional.empty();
    }

    /** Checks the media types. */
    static StowRequest of(Request request, Optional<Uid> study) throws RefusedException {
        @Nullable String encoding = request.getHeaders().get(HttpHeader.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new RefusedException(HttpStatus.UNSUPPORTED_MEDIA_TYPE_415, "a content encoding is not taken");
        }
        Map<String, String> parameters = new HashMap<>();
        @Nullable
        String type = HttpField.getValueParameters(request.getHeaders().get(HttpHeader.CONTENT_TYPE), parameters);
        if (type == null
                || !type.strip().equalsIgnoreCase(MULTIPART)
                || !INSTANCE.equalsIgnoreCase(parameters.getOrDefault("type", INSTANCE))) {
            throw new RefusedException(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE_415, "only " + MULTIPART + "; type=\"" + INSTANCE + "\"");
        }
        String boundary = parameters.getOrDefault("boundary", "");
        if (!BOUNDARY.matcher(boundary).matches()) {
            throw new RefusedException(HttpStatus.BAD_REQUEST_400, "Content-Type has no valid boundary");
        }
        return new StowRequest(study, boundary, answer(request.getHeaders().getQualityCSV(HttpHeader.ACCEPT)));
    }

    /** The most wanted form that there is; JSON for who does not care. */
    private static StoreAnswer answer(List<String> accepted) throws RefusedException {
        if (accepted.isEmpty()) {
            return StoreAnswer.JSON;
        }
        for (String value : accepted) {
            int end = value.indexOf(';');
            switch ((end < 0 ? value : value.substring(0, end)).strip().toLowerCase(Locale.ROOT)) {
                case "application/dicom+json", "application/json", "application/*", "*/*" -> {
                    return StoreAnswer.JSON;
                }
                case "application/dicom+xml", "application/xml", "text/xml" -> {
                    return StoreAnswer.XML;
                }
                default -> {
                    // Another one may do.
                }
            }
        }
        throw new RefusedException(
                HttpStatus.NOT_ACCEPTABLE_406, "the answer is application/dicom+json or application/dicom+xml");
    }
}
