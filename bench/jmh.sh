#!/usr/bin/env bash
# The log alone, or the map alone, by JMH. Builds what it needs, then runs.
# usage: bench/jmh.sh [Map..., or options of JMH for the log, such as 'Append.*alone' -p size=4096, or -h]; BENCH_DIR says where the files go
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. .mvn/find-jdk.sh && find_jdk

module=holdqueue
[[ "${1:-}" == Map* ]] && module=routing
./mvnw -B -q -pl "$module" -Dspotless.check.skip=true -DskipTests test-compile dependency:build-classpath \
  -DincludeScope=test -Dmdep.outputFile=target/test-classpath.txt
exec "$JAVA_HOME/bin/java" -cp "$module/target/test-classes:$module/target/classes:$(cat "$module/target/test-classpath.txt")" \
  org.openjdk.jmh.Main -jvmArgsAppend "-Dbench.folder=${BENCH_DIR:-/tmp}" "$@"
