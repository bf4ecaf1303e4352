// What every program imports first: on an older Node, the rest fails with a stack trace that names no cause.

const OLDEST = { major: 20, minor: 19 };

const { node } = process.versions;
const [major = 0, minor = 0] = node.split(".").map(Number);
if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor)) {
  process.stderr.write(
    `This is Node ${node} (${process.execPath}), and the bot needs Node ${OLDEST.major}.${OLDEST.minor} or newer. Install one, and use it here.\n`,
  );
  process.exit(1);
}
