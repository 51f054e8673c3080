package org.holdfast.gateway.wiring;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

  @TempDir Path folder;

  @Test
  void open_lockIsNoFile_saysWhichAndWhy() throws IOException {
    Path lock = Files.createDirectory(folder.resolve("lock"));

    assertThatThrownBy(() -> DataFolder.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(lock + " cannot be written: Is a directory");
  }

  @Test
  void open_notOurs_saysWhoMayNot() throws IOException {
    Path lock = Files.createFile(folder.resolve("lock"));
    Files.setPosixFilePermissions(lock, PosixFilePermissions.fromString("r--------"));
    assumeFalse(Files.isWritable(lock), "root may write everything");

    assertThatThrownBy(() -> DataFolder.open(folder))
        .hasMessage(lock + " cannot be written by the user " + System.getProperty("user.name"));
  }

  @Test
  void open_openedAlready_saysThatAnotherRuns() throws IOException {
    try (DataFolder _ = DataFolder.open(folder)) {
      assertThatThrownBy(() -> DataFolder.open(folder)).hasMessageContaining("another gateway");
    }
  }
}
