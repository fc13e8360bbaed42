import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withProgress } from './progress.ts';
import { runTool } from './run-tool.ts';
import { keptDirectory, type Toolchain } from './toolchain.ts';

export const kafkaVersion = '4.1.0';

/** Kafka logs through SLF4J 1.7 and contains no provider for it. This one writes to standard error. */
const logProvider = { group: 'org.slf4j', artifact: 'slf4j-simple', version: '1.7.36' };

const artifacts = [
  { group: 'org.apache.kafka', artifact: 'kafka_2.13', version: kafkaVersion },
  { group: 'org.apache.kafka', artifact: 'kafka-tools', version: kafkaVersion },
  logProvider,
];

/**
 * Returns the directory with Kafka's jars: from the cache, or downloaded with Maven.
 * @throws StartError that says what is missing
 */
export async function provideKafkaJars(toolchain: Toolchain): Promise<string> {
  const key = `kafka-${kafkaVersion}-${logProvider.artifact}-${logProvider.version}`;
  return keptDirectory(toolchain, key, async (draft) => {
    toolchain.say(`Downloading Kafka ${kafkaVersion} with Maven (only once, about a minute)…`);
    const project = join(draft, 'pom.xml');
    await writeFile(project, projectFile);
    const args = ['-B', '-f', project, 'dependency:copy-dependencies', `-DoutputDirectory=${draft}`];
    let files = 0;
    const run = {
      logFile: join(toolchain.cacheDir, 'download-kafka.log'),
      remedy: `Kafka ${kafkaVersion} is downloaded with Maven: install it (Debian: maven).`,
      onLine: (line: string) => {
        if (line.includes('Downloaded from')) files += 1;
      },
    };
    await withProgress(
      toolchain,
      () => `Kafka: ${files} files downloaded`,
      () => runTool('mvn', args, run),
    );
    await rm(project);
  });
}

const projectFile = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>rondo</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>${artifacts
    .map(
      ({ group, artifact, version }) => `
    <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
    )
    .join('')}
  </dependencies>
</project>
`;
