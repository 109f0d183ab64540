package org.dicomgateway.admin.access;

import io.javalin.http.Context;
import java.util.Optional;
import org.dicomgateway.config.settings.AdminUser.Role;

/**
 * Who sent a request.
 *
 * @param name of the user; empty where no credentials are asked for
 * @param role what they may do
 * @param address where the request comes from
 */
public record Caller(String name, Role role, String address) {

    private static final String ATTRIBUTE = Caller.class.getName();

    void attachTo(Context request) {
        request.attribute(ATTRIBUTE, this);
    }

    /** The caller of a request, once it is known. */
    public static Optional<Caller> of(Context request) {
        return Optional.ofNullable(request.attribute(ATTRIBUTE));
    }

    /** As lines of the log begin: {@code operator} or {@code operator NAME}. */
    public static String mention(Context request) {
        return of(request)
                .map(Caller::name)
                .filter(name -> !name.isEmpty())
                .map(name -> "operator " + name)
                .orElse("operator");
    }
}
