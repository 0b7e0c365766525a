// Calls S3 by the AWS SDK for JavaScript: `node s3.mjs COMMAND JSON...`; a line of JSON for each answer; exit status 1 where one is an error.
// A body comes out as text and as its SHA-256. Server and keys are the environment's.
import { createHash } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";

const client = new s3.S3Client({ forcePathStyle: true, endpoint: process.env.AWS_ENDPOINT_URL_S3 });
const words = process.argv.slice(2);

for (let i = 0; i + 1 < words.length; i += 2) {
  try {
    const { $metadata, Body, ...answer } = await client.send(new s3[words[i] + "Command"](JSON.parse(words[i + 1])));
    if (Body) {
      const bytes = Buffer.from(await Body.transformToByteArray());
      answer.sha256 = createHash("sha256").update(bytes).digest("hex");
      if (bytes.length < 100000) answer.body = bytes.toString();
    }
    console.log(JSON.stringify(answer));
  } catch (e) {
    console.log(JSON.stringify({ error: e.name, message: e.message }));
    process.exitCode = 1;
  }
}
