package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.holdqueue.Attempt;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.QueueItem;
import org.holdfast.holdqueue.QueueSummary;
import org.holdfast.holdqueue.QueueSummary.Totals;
import org.jspecify.annotations.Nullable;

/** {@code /v1/queue}, the questions: totals, lists, one message. */
final class QueueResource {

  private final HoldQueue queue;

  QueueResource(HoldQueue queue) {
    this.queue = queue;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/queue", this::totals, Role.VIEWER);
    routes.get("/v1/queue/messages", this::list, Role.VIEWER);
    routes.get("/v1/queue/messages/{id}", this::show, Role.VIEWER);
    routes.get("/v1/queue/messages/{id}/raw", this::raw, Role.VIEWER);
  }

  /**
   * Totals of everything held.
   *
   * @param held deliveries, in any state
   * @param trouble why new mail is refused; null while it is not
   */
  private record TotalsView(
      long held,
      long messages,
      Map<String, Long> byState,
      Map<String, PairTotals> byPair,
      long bytes,
      @Nullable Instant oldest,
      Disk disk,
      @Nullable String trouble) {}

  private record PairTotals(
      long held, Map<String, Long> byState, long bytes, @Nullable Instant oldest) {}

  /** Octets that the queue's files take, and that the file system has left. */
  private record Disk(long used, long free) {}

  private void totals(Context ctx) {
    Query _ = new Query(ctx);
    QueueSummary summary = queue.summary();
    Map<String, PairTotals> byPair = new LinkedHashMap<>();
    long held = 0;
    for (Totals totals : summary.nextHops()) {
      long deliveries = HeldMail.deliveries(totals);
      held += deliveries;
      byPair.put(
          totals.nextHop(),
          new PairTotals(deliveries, PairView.byState(totals), totals.bytes(), totals.oldest()));
    }
    Json.answer(
        ctx,
        new TotalsView(
            held,
            summary.messages(),
            byState(summary),
            byPair,
            summary.bytes(),
            summary.oldest(),
            new Disk(summary.storeBytes(), summary.free()),
            summary.trouble()));
  }

  static Map<String, Long> byState(QueueSummary summary) {
    Map<String, Long> byState = PairView.byState(null);
    for (Totals totals : summary.nextHops()) {
      totals
          .deliveries()
          .forEach((state, count) -> byState.merge(Words.word(state), count, Long::sum));
    }
    return byState;
  }

  private void list(Context ctx) throws IOException {
    Query query =
        new Query(ctx, "id", "recipient", "pair", "state", "sender", "before", "after", "limit");
    int limit = query.limit();
    QueueFilter filter =
        filter(
            query.text("id"),
            query.text("recipient"),
            query.text("pair"),
            query.text("state"),
            query.text("sender"),
            query.text("before"));
    if (Ndjson.isWanted(ctx)) {
      stream(
          ctx, filter, query.afterNumber(), query.text("limit") == null ? Long.MAX_VALUE : limit);
      return;
    }
    List<QueueItem> found = queue.list(filter, query.afterNumber(), limit + 1);
    Json.answer(ctx, Page.of(found, limit, DeliveryView::of, QueueItem::cursor));
  }

  /** All that the filter means, page by page: memory does not grow with their number. */
  private void stream(Context ctx, QueueFilter filter, @Nullable String after, long most)
      throws IOException {
    Ndjson.answer(
        ctx,
        out -> {
          String cursor = after;
          long left = most;
          while (left > 0) {
            int page = (int) Math.min(left, Query.MAX_LIMIT);
            List<QueueItem> found = queue.list(filter, cursor, page);
            for (QueueItem item : found) {
              out.line(DeliveryView.of(item));
            }
            if (found.size() < page) {
              return;
            }
            left -= found.size();
            cursor = found.getLast().cursor();
          }
        });
  }

  /** A filter of what was given as words; null means any. */
  static QueueFilter filter(
      @Nullable String id,
      @Nullable String recipient,
      @Nullable String pair,
      @Nullable String state,
      @Nullable String sender,
      @Nullable String before) {
    DeliveryState wanted = state == null ? null : Words.deliveryState(state);
    return new QueueFilter(
        id,
        recipient,
        pair,
        wanted,
        sender == null ? null : Words.reversePath(sender),
        before == null ? null : Words.instant("before", before));
  }

  /** One message, with what is left of it and what happened. */
  private record MessageView(
      String id,
      String sender,
      Instant accepted,
      String client,
      long size,
      List<DeliveryView> deliveries,
      List<AttemptView> history) {}

  /**
   * What happened to one of its deliveries.
   *
   * @param recipient whom it went to then; null when the log does not tell any more
   * @param number which attempt for this recipient it was, from 1; null: it was none
   * @param repeats attempts before it, at a member that was down, that this line tells of
   * @param pair who was asked; null: nobody, or it is not known
   * @param by the person who did it; null when the gateway did
   */
  private record AttemptView(
      Instant at,
      @Nullable String recipient,
      @Nullable Integer number,
      int repeats,
      @Nullable String pair,
      @Nullable String member,
      @Nullable String by,
      String what,
      String reply) {

    static AttemptView of(Attempt attempt) {
      return new AttemptView(
          attempt.at(),
          attempt.address(),
          attempt.number() == 0 ? null : attempt.number(),
          attempt.repeats(),
          orNull(attempt.where().nextHop()),
          orNull(attempt.where().member()),
          orNull(attempt.who()),
          attempt.what(),
          attempt.reply());
    }

    private static @Nullable String orNull(String text) {
      return text.isEmpty() ? null : text;
    }
  }

  private void show(Context ctx) {
    Query _ = new Query(ctx);
    String id = ctx.pathParam("id");
    List<QueueItem> left = queue.message(id);
    if (left.isEmpty()) {
      throw Problem.unknown("message", id);
    }
    var first = left.getFirst().delivery();
    Json.answer(
        ctx,
        new MessageView(
            id,
            first.envelope().reversePath(),
            first.envelope().accepted(),
            first.envelope().client(),
            first.size(),
            left.stream().map(DeliveryView::of).toList(),
            queue.history(id).stream().map(AttemptView::of).toList()));
  }

  private void raw(Context ctx) throws IOException {
    Query _ = new Query(ctx);
    String id = ctx.pathParam("id");
    Content content = queue.content(id).orElseThrow(() -> Problem.unknown("message", id));
    ctx.contentType("message/rfc822");
    ctx.res().setContentLengthLong(content.size());
    ctx.result(content.open());
  }
}
