/** `npm run images [-- NAME…] [--lab] [--standin] [--tag TAG] [--archive DIR]`: builds the images and prints their sizes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chooseBuilder } from './images/builder.ts';
import { imagesNamed, labImages, releasedImages, root } from './images/image-list.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lab: { type: 'boolean', default: false },
    standin: { type: 'boolean', default: false },
    tag: { type: 'string', default: 'latest' },
    archive: { type: 'string' },
  },
});

try {
  const builder = chooseBuilder({ standin: values.standin });
  console.log(`images: ${builder.description}`);
  const named = positionals.length > 0 ? imagesNamed(positionals) : releasedImages;
  const images = values.lab ? [...named, ...labImages] : named;
  const tooLarge: string[] = [];
  for (const image of images) {
    const began = performance.now();
    const reference = `docker.io/rondo/${image.name}:${values.tag}`;
    const { wasBuilt, megabytes } = builder.build(image, reference, facts());
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    const limit = image.maxMegabytes ?? Infinity;
    console.log(
      `images: rondo/${image.name}:${values.tag} ${megabytes} MB, ${wasBuilt ? `built in ${seconds} s` : 'as it was'}`,
    );
    if (megabytes > limit) tooLarge.push(`rondo/${image.name} has ${megabytes} MB of ${limit}`);
    if (values.archive !== undefined) {
      mkdirSync(values.archive, { recursive: true });
      builder.archive(reference, join(resolve(values.archive), `${image.name}.tar`));
    }
  }
  if (tooLarge.length > 0) throw new Error(tooLarge.join('; '));
} catch (error) {
  process.stderr.write(`images: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** The origin of an image, for its labels. */
function facts(): Record<string, string> {
  const git = (...args: string[]) => {
    try {
      return execFileSync('git', args, {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    } catch {
      return 'unknown';
    }
  };
  return {
    REVISION: git('rev-parse', 'HEAD'),
    VERSION: values.tag,
    SOURCE: process.env['IMAGE_SOURCE'] ?? 'unknown',
  };
}
