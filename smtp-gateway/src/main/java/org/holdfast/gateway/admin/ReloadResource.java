package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.LiveKeys;

/**
 * {@code POST /v1/reload}: reads the configuration again, as SIGHUP does, and says what came of it.
 */
final class ReloadResource {

  private static final String REFUSED = "configuration not reloaded, nothing is changed: ";

  private final Configured configured;

  ReloadResource(Configured configured) {
    this.configured = configured;
  }

  void routes(RoutesConfig routes) {
    routes.post("/v1/reload", this::reload, Role.OPERATOR);
  }

  /**
   * What came of it.
   *
   * @param file absolute
   * @param changed keys that count from now on
   * @param restart keys of the file that keep their old value until a restart
   */
  private record Reloaded(String file, List<LiveKeys.Taken> changed, List<String> restart) {}

  private void reload(Context ctx) throws IOException {
    Query _ = new Query(ctx);
    Body _ = Body.optional(ctx);
    Caller caller = Access.caller(ctx);
    try {
      Configured.Reread read = configured.again(new Configured.By(caller.name(), caller.from()));
      LiveKeys.Change change = read.change();
      Json.answer(ctx, new Reloaded(read.file(), change.live(), change.restart()));
    } catch (ConfigurationException e) {
      throw new Problem(HttpStatus.CONFLICT, REFUSED + e.getMessage(), place(e));
    } catch (Configured.NotStartedException e) {
      throw Problem.busy(String.valueOf(e.getMessage()));
    }
  }

  /** For programs; people read the detail. */
  private static Map<String, Object> place(ConfigurationException e) {
    Map<String, Object> members = new LinkedHashMap<>();
    e.place()
        .ifPresent(place -> {
          members.put("file", place.file());
          members.put("line", place.line());
          members.put("key", place.key());
        });
    return members;
  }
}
