package org.dicomgateway.admin.access;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.security.RouteRole;
import java.util.Set;
import org.dicomgateway.config.settings.AdminUser.Role;

/** What a route asks of its caller. One that says nothing asks by its method, so that none is open by an oversight. */
public enum Access implements RouteRole {
    /** Nothing; for supervisors that have no credentials. */
    ANYBODY,
    /** To be known. */
    VIEWER,
    /** To be known as an operator. */
    OPERATOR;

    /** What is asked for this request. */
    static Access of(Context request) {
        Set<RouteRole> roles = request.routeRoles();
        return roles.stream()
                .filter(Access.class::isInstance)
                .map(Access.class::cast)
                .findFirst()
                .orElseGet(() -> changesNothing(request.method()) ? VIEWER : OPERATOR);
    }

    /** Whether a caller of this role may. */
    boolean allows(Role role) {
        return switch (this) {
            case ANYBODY, VIEWER -> true;
            case OPERATOR -> role == Role.OPERATOR;
        };
    }

    static boolean changesNothing(HandlerType method) {
        return method.equals(HandlerType.GET) || method.equals(HandlerType.HEAD);
    }
}
