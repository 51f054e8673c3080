package org.holdfast.gateway.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.holdfast.holdqueue.QueueFilter;
import org.jspecify.annotations.Nullable;

/** A filter as the API takes it and as the events tell it. */
final class FilterWords {

  private final Map<String, Object> given = new LinkedHashMap<>();

  private FilterWords(QueueFilter filter) {
    put("id", filter.id());
    put("recipient", filter.recipient());
    put("pair", filter.nextHop());
    put("state", filter.state() == null ? null : Words.word(filter.state()));
    String sender = filter.sender();
    put("sender", sender == null || !sender.isEmpty() ? sender : "<>");
    put("before", filter.acceptedBefore());
  }

  private void put(String name, @Nullable Object value) {
    if (value != null) {
      given.put(name, value);
    }
  }

  /** What it says, by the API's names. */
  static Map<String, Object> members(QueueFilter filter) {
    return new FilterWords(filter).given;
  }

  /** On one line: {@code sender=a@x.test state=held}; {@code *} for everything. */
  static String of(QueueFilter filter) {
    StringJoiner words = new StringJoiner(" ").setEmptyValue("*");
    members(filter).forEach((name, value) -> words.add(name + "=" + value));
    return words.toString();
  }
}
