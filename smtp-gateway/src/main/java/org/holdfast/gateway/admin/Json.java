package org.holdfast.gateway.admin;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON as the API writes and reads it: members in the order declared, times in ISO-8601 UTC. */
final class Json {

  /** Strict: a member given twice and text behind the value are errors. */
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  static byte[] bytes(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /** The members of this record, for an answer that has others beside them. */
  static Map<String, Object> members(Object value) {
    return MAPPER.convertValue(value, new TypeReference<LinkedHashMap<String, Object>>() {});
  }

  static void answer(Context ctx, Object value) {
    byte[] bytes = bytes(value);
    RecordedAnswer.tell(ctx, bytes);
    ctx.contentType("application/json").result(bytes);
  }

  static void problem(Context ctx, int status, String detail, Map<String, Object> more) {
    byte[] bytes = bytes(problem(status, detail, more));
    RecordedAnswer.tell(ctx, bytes);
    ctx.status(status).contentType("application/problem+json").result(bytes);
  }

  static Map<String, Object> problem(int status, String detail, Map<String, Object> more) {
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put("type", "about:blank");
    problem.put("title", HttpStatus.forStatus(status).getMessage());
    problem.put("status", status);
    problem.put("detail", detail);
    problem.putAll(more);
    return problem;
  }
}
