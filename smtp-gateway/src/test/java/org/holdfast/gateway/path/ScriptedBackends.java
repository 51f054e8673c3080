package org.holdfast.gateway.path;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Member;

/** Backends that answer as told, by recipient; 250 unless said otherwise. */
final class ScriptedBackends implements Transaction {

  static final Answer DELIVERED = new Answer.Delivered(new Reply(250, "2.0.0", "saved"));

  final Map<String, Answer> answers = new HashMap<>();
  final Map<String, CompletableFuture<List<Answer>>> stalled = new HashMap<>();
  final List<List<String>> transactions = new ArrayList<>();

  @Override
  public synchronized CompletionStage<List<Answer>> send(
      Member member,
      Envelope envelope,
      List<Recipient> recipients,
      Content content,
      Origin origin) {
    List<String> to = recipients.stream().map(Recipient::address).toList();
    transactions.add(to);
    CompletableFuture<List<Answer>> stall = stalled.get(to.getFirst());
    return stall != null
        ? stall
        : CompletableFuture.completedFuture(
            to.stream().map(address -> answers.getOrDefault(address, DELIVERED)).toList());
  }
}
