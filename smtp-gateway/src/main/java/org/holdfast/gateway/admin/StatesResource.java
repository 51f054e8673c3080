package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.holdfast.routing.Flip;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Routing.UserFlip;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/states}: many flips at once, a JSON object a line in, a result a line out, in
 * order. A bad line is answered as such and does not stop the others. Memory does not grow with the
 * number of lines.
 */
final class StatesResource {

  /** Lines that become durable together. */
  static final int BATCH = 1000;

  /** Octets of one line. */
  static final int MAX_LINE_BYTES = 8 * 1024;

  /** Such requests at one time. */
  static final int MAX_CONCURRENT = 16;

  private final Routing routing;
  private final AuditLog audit;
  private final InstantSource clock;
  private final Waits waits = new Waits(MAX_CONCURRENT);

  StatesResource(Routing routing, AuditLog audit, InstantSource clock) {
    this.routing = routing;
    this.audit = audit;
    this.clock = clock;
  }

  void routes(RoutesConfig routes) {
    routes.post("/v1/states", this::flip, Role.BACKEND);
  }

  private void flip(Context ctx) throws Exception {
    Duration wait = Waits.parse(new Query(ctx, "wait").text("wait"));
    Caller caller = Access.caller(ctx);
    waits.within(() -> stream(ctx, caller, clock.instant().plus(wait)));
  }

  private boolean stream(Context ctx, Caller caller, Instant deadline) {
    ctx.res().setContentType("application/x-ndjson");
    try (ResultSpool spool = new ResultSpool()) {
      var client = ctx.res().getOutputStream();
      Thread drain = Thread.ofVirtual().name("states-results").start(() -> spool.drain(client));
      try {
        new Run(caller, deadline, new Lines(ctx.bodyInputStream(), MAX_LINE_BYTES), spool).go();
      } finally {
        spool.complete();
        drain.join();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  /** One line: a change, or why it is none. */
  private record Line(@Nullable UserChange change, @Nullable Problem refused, String address) {

    static Line refused(String address, Problem why) {
      return new Line(null, why, address);
    }
  }

  /** One request; used by one thread. The wait is for the request, not for each batch. */
  private final class Run {

    private final Caller caller;
    private final Instant deadline;
    private final Lines lines;
    private final ResultSpool spool;

    Run(Caller caller, Instant deadline, Lines lines, ResultSpool spool) {
      this.caller = caller;
      this.deadline = deadline;
      this.lines = lines;
      this.spool = spool;
    }

    void go() throws IOException {
      List<Line> batch = new ArrayList<>();
      Line line;
      while ((line = next()) != null) {
        batch.add(line);
        if (batch.size() == BATCH || lines.pauses()) {
          apply(batch);
          batch.clear();
        }
      }
      if (!batch.isEmpty()) {
        apply(batch);
      }
    }

    private @Nullable Line next() throws IOException {
      byte[] text;
      do {
        try {
          text = lines.next();
        } catch (Problem tooLong) {
          return Line.refused("", tooLong);
        }
      } while (text != null && isBlank(text));
      return text == null ? null : read(text);
    }

    private static boolean isBlank(byte[] text) {
      return text.length == 0 || (text.length == 1 && text[0] == '\r');
    }

    private Line read(byte[] text) {
      String address = "";
      try {
        Body body = Body.of(text, "address", "state", "pair", "to", "epoch", "reason");
        address = body.text("address");
        UserState state = Words.userState(body.text("state"));
        Access.maySet(caller, state);
        return new Line(change(address, state, body), null, address);
      } catch (Problem refused) {
        return Line.refused(address, refused);
      }
    }

    private static UserChange change(String address, UserState state, Body body) {
      return new UserChange(
          address,
          state,
          body.textOrNull("pair"),
          body.textOrNull("to"),
          body.textOrNull("reason"),
          body.numberOrNull("epoch"));
    }

    private void apply(List<Line> batch) throws IOException {
      List<UserChange> changes = new ArrayList<>();
      for (Line line : batch) {
        if (line.change() != null) {
          changes.add(line.change());
        }
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try {
        var results = routing.setUserStates(changes, caller.who(""), left()).iterator();
        for (Line line : batch) {
          answer(out, line.change() == null ? refused(line) : told(line.change(), results.next()));
        }
      } catch (MapUnavailableException e) {
        for (Line line : batch) {
          Problem down = Problem.busy(Problems.MAP_UNAVAILABLE);
          answer(out, refused(Line.refused(line.address(), down)));
        }
      }
      spool.append(out.toByteArray());
    }

    private Duration left() {
      Duration left = Duration.between(clock.instant(), deadline);
      return left.isNegative() ? Duration.ZERO : left;
    }

    private Map<String, Object> told(UserChange asked, UserFlip result) {
      User user = result.user();
      Flip flip = result.flip();
      if (user == null || flip == null) {
        return refused(asked.address(), result);
      }
      String reason = asked.reason() == null ? "" : asked.reason();
      if (flip.changed()) {
        audit.append(caller, "user.state", user.address(), reason, null, UsersResource.brief(user));
      }
      Map<String, Object> told = new LinkedHashMap<>(FlipView.ofUser(user, flip, null));
      told.remove("held");
      return told;
    }

    private static Map<String, Object> refused(String address, UserFlip result) {
      Routing.Refusal why = Objects.requireNonNull(result.refused());
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("address", address);
      told.put("status", Problems.status(why.kind()));
      told.put("error", why.why());
      if (result.user() != null) {
        told.put("current", Problems.current(result.user()));
      }
      return told;
    }

    private Map<String, Object> refused(Line line) {
      Problem problem = line.refused() == null ? Problem.bad("refused") : line.refused();
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("address", line.address());
      told.put("status", problem.status());
      told.put("error", problem.detail());
      return told;
    }

    private static void answer(ByteArrayOutputStream out, Map<String, Object> result) {
      out.writeBytes(Json.bytes(result));
      out.write('\n');
    }
  }
}
