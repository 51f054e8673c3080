package org.holdfast.gateway.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A long list of the API, fetched page by page: {@code {items: [...], next}}. */
final class Pages {

  static final int PAGE = 1000;

  private final AdminClient client;
  private final String path;
  private final Map<String, @Nullable Object> query;
  private final int limit;
  private @Nullable String next;

  /**
   * Names the list.
   *
   * @param query the filter; null values are left out
   * @param limit at most so many items altogether
   */
  Pages(AdminClient client, String path, Map<String, @Nullable Object> query, int limit) {
    this.client = client;
    this.path = path;
    this.query = new LinkedHashMap<>(query);
    this.limit = limit;
  }

  int limit() {
    return limit;
  }

  /** Where the list goes on behind what was handed out; null: nowhere. */
  @Nullable String next() {
    return next;
  }

  /** Hands out the items in order; says whether there are more than the limit. */
  boolean each(Consumer<JsonNode> items) throws IOException, InterruptedException {
    int left = limit;
    while (left > 0) {
      query.put("limit", Math.min(left, PAGE));
      JsonNode page = client.get(path + AdminClient.query(query));
      for (JsonNode item : items(page)) {
        items.accept(item);
        left--;
      }
      String after = Answers.text(page, "next");
      if (after.isEmpty() || after.equals(query.put("after", after))) {
        next = null;
        return false;
      }
      next = after;
    }
    return true;
  }

  /** The items of a page, or of an answer that is a list itself. */
  static JsonNode items(JsonNode page) {
    return page.isArray() ? page : page.path("items");
  }
}
