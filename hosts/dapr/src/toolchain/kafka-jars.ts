import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './run-tool.ts';
import { keptDirectory, type Toolchain } from './toolchain.ts';

export const kafkaVersion = '4.1.0';

/**
 * The directory of Kafka's jars: from the cache, else brought by Maven.
 * @throws StartError that says what is missing
 */
export async function provideKafkaJars(toolchain: Toolchain): Promise<string> {
  return keptDirectory(toolchain, `kafka-${kafkaVersion}`, async (draft) => {
    toolchain.say(`bringing Kafka ${kafkaVersion} (once; under a minute)…`);
    const project = join(draft, 'pom.xml');
    await writeFile(project, projectOf(['kafka_2.13', 'kafka-tools']));
    await runTool(
      'mvn',
      ['-q', '-B', '-f', project, 'dependency:copy-dependencies', `-DoutputDirectory=${draft}`],
      {
        log_file: join(toolchain.cache_dir, 'bring-kafka.log'),
        remedy: `Kafka ${kafkaVersion} is brought by Maven: install it (Debian: maven).`,
      },
    );
  });
}

function projectOf(artifacts: string[]): string {
  const dependencies = artifacts.map(
    (artifact) =>
      `<dependency><groupId>org.apache.kafka</groupId><artifactId>${artifact}</artifactId><version>${kafkaVersion}</version></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>rondo</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>${dependencies.join('')}</dependencies></project>
`;
}
