package org.holdfast.gateway.path;

import org.junit.jupiter.api.BeforeEach;

/** The message path while the map has every answer in memory. */
class MessagePathAtOnceTest extends MessagePathTest {

  @BeforeEach
  void mapAnswersAtOnce() {
    gate.atOnce = true;
  }
}
