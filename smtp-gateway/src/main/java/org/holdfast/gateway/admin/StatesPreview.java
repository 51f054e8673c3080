package org.holdfast.gateway.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.holdfast.gateway.admin.StateLines.Line;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Routing.UserPreview;
import org.holdfast.routing.User;
import org.jspecify.annotations.Nullable;

/**
 * One {@code POST /v1/states?dry-run}: a line out for each line in that says what it would come to;
 * nothing is changed or waited for. Each line as if those before it were made, as far as they came
 * with it in one batch of {@link StateLines#BATCH}.
 */
final class StatesPreview {

  private final Routing routing;
  private final Caller caller;
  private final ResultSpool spool;

  StatesPreview(Routing routing, Caller caller, ResultSpool spool) {
    this.routing = routing;
    this.caller = caller;
    this.spool = spool;
  }

  void of(StateLines lines) throws IOException, InterruptedException {
    for (List<Line> batch = lines.next(); !batch.isEmpty(); batch = lines.next()) {
      tell(batch);
    }
  }

  private void tell(List<Line> batch) throws IOException {
    List<UserChange> changes = new ArrayList<>();
    for (Line line : batch) {
      if (line.change() != null) {
        changes.add(line.change());
      }
    }
    Iterator<UserPreview> previews = previews(changes);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Line line : batch) {
      Map<String, Object> told =
          line.change() == null
              ? refused(line.address(), Objects.requireNonNull(line.refused()))
              : previews == null
                  ? refused(line.address(), Problem.busy(Problems.MAP_UNAVAILABLE))
                  : told(previews.next());
      out.writeBytes(Json.bytes(told));
      out.write('\n');
    }
    spool.append(out.toByteArray());
  }

  /** Null: the map cannot be used. */
  private @Nullable Iterator<UserPreview> previews(List<UserChange> changes) {
    try {
      return routing.previewUsers(changes, false, caller.who("")).iterator();
    } catch (MapUnavailableException e) {
      return null;
    }
  }

  private static Map<String, Object> told(UserPreview preview) {
    User after = preview.after();
    Routing.Refusal why = preview.refused();
    if (why != null || after == null) {
      return refused(
          preview.address(),
          why == null ? 404 : Problems.status(why.kind()),
          why == null ? "there is no user" : why.why());
    }
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("address", after.address());
    told.put("dryRun", true);
    told.put("changed", preview.changes());
    told.put("before", DryRun.standing(preview.before()));
    told.put("after", DryRun.standing(after));
    told.put("openCount", preview.open().size());
    return told;
  }

  private static Map<String, Object> refused(String address, Problem problem) {
    return refused(address, problem.status(), problem.detail());
  }

  private static Map<String, Object> refused(String address, int status, String why) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("address", address);
    told.put("status", status);
    told.put("error", why);
    return told;
  }
}
