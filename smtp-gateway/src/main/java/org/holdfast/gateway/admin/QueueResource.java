package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
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

  private void list(Context ctx) {
    Query query =
        new Query(ctx, "id", "recipient", "pair", "state", "sender", "before", "after", "limit");
    int limit = query.limit();
    List<QueueItem> found =
        queue.list(
            filter(
                query.text("id"),
                query.text("recipient"),
                query.text("pair"),
                query.text("state"),
                query.text("sender"),
                query.text("before")),
            query.text("after"),
            limit + 1);
    Json.answer(ctx, Page.of(found, limit, DeliveryView::of, QueueItem::cursor));
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

  /** {@code recipient} is null when that delivery has left the queue. */
  private record AttemptView(
      Instant at, @Nullable String recipient, int number, String what, String reply) {}

  private void show(Context ctx) {
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
            history(left, queue.history(id))));
  }

  private static List<AttemptView> history(List<QueueItem> left, List<Attempt> history) {
    Map<Integer, String> names = new HashMap<>();
    left.forEach(
        item -> names.put(item.delivery().number(), item.delivery().recipient().address()));
    return history.stream()
        .map(attempt ->
            new AttemptView(
                attempt.at(),
                names.get(attempt.recipient()),
                attempt.recipient(),
                attempt.what(),
                attempt.reply()))
        .toList();
  }

  private void raw(Context ctx) throws IOException {
    String id = ctx.pathParam("id");
    Content content = queue.content(id).orElseThrow(() -> Problem.unknown("message", id));
    ctx.contentType("message/rfc822");
    ctx.res().setContentLengthLong(content.size());
    ctx.result(content.open());
  }
}
