package org.holdfast.gateway.cli;

import picocli.CommandLine.Parameters;

/** The pair that a command is about. */
final class PairName {

  @Parameters(
      paramLabel = "NAME",
      completionCandidates = CompletionCommand.PairNames.class,
      description = "The pair.")
  private String name = "";

  String text() {
    return name;
  }

  /** Where the API has it. */
  String path() {
    return "/v1/pairs/" + AdminClient.segment(name);
  }
}
