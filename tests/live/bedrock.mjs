// One call of the AWS SDK for JavaScript: `bedrock.mjs CLIENT COMMAND [JSON]` prints what it makes of the answer, or of the error.
import * as runtime from "@aws-sdk/client-bedrock-runtime";
import * as bedrock from "@aws-sdk/client-bedrock";
import * as sts from "@aws-sdk/client-sts";
import { NodeHttpHandler } from "@smithy/node-http-handler";

const clients = {
    runtime: [runtime, "BedrockRuntimeClient"],
    bedrock: [bedrock, "BedrockClient"],
    sts: [sts, "STSClient"],
};

// Several calls in one run: each argument triple is one; starting node takes longer than asking.
const words = process.argv.slice(2);
while (words.length > 0) {
    const [client, command, text] = words.splice(0, 3);
    const [library, name] = clients[client];
    try {
        const attempts = Number(process.env.SDK_ATTEMPTS ?? 1);
        // To Bedrock's runtime the SDK speaks HTTP/2 unless told otherwise; the stand-in does not.
        const requestHandler = new NodeHttpHandler({ requestTimeout: 20000 });
        const sdk = new library[name]({ region: process.env.AWS_REGION, maxAttempts: attempts, requestHandler });
        const { $metadata, ...answer } = await sdk.send(new library[command + "Command"](JSON.parse(text || "{}")));
        if (!$metadata.requestId) throw new Error("no request id came");
        console.log(JSON.stringify({ ...answer, attempts: $metadata.attempts }));
    } catch (e) {
        const known = typeof library[e.name] === "function" && e instanceof library[e.name];
        console.log(JSON.stringify({
            error: e.name, known, status: e.$metadata?.httpStatusCode, message: e.message, fault: e.$fault,
            retry: e.$response?.headers?.["retry-after"], attempts: e.$metadata?.attempts,
        }));
    }
}
