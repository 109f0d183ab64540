package org.dicomgateway.admin.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.ConflictResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.util.NoSuchElementException;
import org.dicomgateway.admin.access.Caller;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.admin.api.SetAsideView;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.SpoolView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests for spool files without a known instance: the list, and an operator's decision on each. */
final class SetAsideApi {

    private static final Logger LOG = LoggerFactory.getLogger(SetAsideApi.class);

    private final SpoolView spool;

    SetAsideApi(SpoolView spool) {
        this.spool = spool;
    }

    void register(RoutesConfig routes) {
        routes.get("/api/set-aside", this::list);
        routes.post("/api/set-aside/{number}/take-in", this::takeIn);
        routes.post("/api/set-aside/{number}/discard", this::discard);
    }

    private void list(Context context) {
        AdminApi.answer(
                context,
                new SetAsideView.All(
                        spool.setAside().stream().map(SetAsideView::of).toList()));
    }

    private void takeIn(Context context) {
        long number = number(context);
        try {
            Instance taken = spool.takeIn(number);
            LOG.info(
                    "{}: file {} that was set aside is taken in as instance {}, {}",
                    Caller.mention(context),
                    number,
                    taken.id(),
                    taken.sopInstance());
            AdminApi.answer(context, new Answers.TakenIn(taken.id()));
        } catch (NoSuchElementException e) {
            throw new NotFoundResponse(String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            throw new ConflictResponse(String.valueOf(e.getMessage()));
        }
    }

    private void discard(Context context) {
        long number = number(context);
        String reason = AdminApi.printable(AdminApi.request(context, Requests.DiscardFile.class)
                .reason()
                .orElse("")
                .strip());
        if (reason.isEmpty()) {
            throw new BadRequestResponse("reason is missing: it explains later why the instance was deleted");
        }
        try {
            spool.discardSetAside(number);
            LOG.info("{}: file {} that was set aside is deleted: {}", Caller.mention(context), number, reason);
            AdminApi.answer(context, new Answers.Count(1));
        } catch (NoSuchElementException e) {
            throw new NotFoundResponse(String.valueOf(e.getMessage()));
        }
    }

    private static long number(Context context) {
        try {
            return Long.parseLong(context.pathParam("number"));
        } catch (NumberFormatException e) {
            throw new BadRequestResponse(
                    "not the number of a file: " + AdminApi.printable(context.pathParam("number")));
        }
    }
}
