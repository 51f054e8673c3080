package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Set;
import java.util.TreeSet;

/** {@code GET /v1/whoami}: whose token this is, and what it may do; for every role. */
final class WhoAmIResource {

  private final String node;

  WhoAmIResource(String node) {
    this.node = node;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/whoami", this::show, Role.VIEWER, Role.BACKEND, Role.FRONTEND);
  }

  /**
   * The caller, and who answers.
   *
   * @param name of the token
   * @param pairs those a backend speaks for; empty for other roles
   */
  private record View(String name, String role, Set<String> pairs, String node, String version) {}

  private void show(Context ctx) {
    Query _ = new Query(ctx);
    Caller caller = Access.caller(ctx);
    Json.answer(
        ctx,
        new View(
            caller.name(), caller.role().word(), new TreeSet<>(caller.pairs()), node, version()));
  }

  /** From the jar's manifest. */
  static String version() {
    String version = WhoAmIResource.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
