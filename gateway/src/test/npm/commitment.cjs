// A modality that requests storage commitment, and takes the report on its own port.
// Usage: commitment.cjs OWN_AE_TITLE OWN_PORT GATEWAY_AE_TITLE GATEWAY_PORT TRANSACTION_UID SOP_CLASS_UID SOP_INSTANCE_UID…
// Prints a line of JSON for the response to the request, and one for the report. Ends after the report, or 30 s.
const { Client, Dataset, Scp, Server, association, constants, requests, responses } = require('dcmjs-dimse');

const [ownTitle, ownPort, gatewayTitle, gatewayPort, transaction, sopClass, ...instances] = process.argv.slice(2);
const { PresentationContextResult, SopClass, Status, TransferSyntax } = constants;
const PUSH_MODEL_INSTANCE = '1.2.840.10008.1.20.1.1';
const LIMIT_MILLIS = 30_000;

const say = (line) => console.log(JSON.stringify(line));
const uids = (sequence) => [sequence ?? []].flat().map((item) => item.ReferencedSOPInstanceUID);

class Reports extends Scp {
  associationRequested(requested) {
    for (const { id } of requested.getPresentationContexts()) {
      const context = requested.getPresentationContext(id);
      if (context.getAbstractSyntaxUid() === SopClass.StorageCommitmentPushModel) {
        context.setResult(PresentationContextResult.Accept, context.getTransferSyntaxUids()[0]);
      } else {
        context.setResult(PresentationContextResult.RejectAbstractSyntaxNotSupported);
      }
    }
    this.sendAssociationAccept();
  }

  nEventReportRequest(request, callback) {
    const dataset = request.getDataset().getElements();
    say({
      event: request.getEventTypeId(),
      transaction: dataset.TransactionUID,
      committed: uids(dataset.ReferencedSOPSequence),
      failed: uids(dataset.FailedSOPSequence),
    });
    const response = responses.NEventReportResponse.fromRequest(request);
    response.setStatus(Status.Success);
    callback(response);
  }

  associationReleaseRequested() {
    this.sendAssociationReleaseResponse();
    setTimeout(() => process.exit(0), 100);
  }
}

const server = new Server(Reports);
server.on('networkError', (error) => say({ error: String(error) }));
server.listen(Number(ownPort));

const action = new requests.NActionRequest(SopClass.StorageCommitmentPushModel, PUSH_MODEL_INSTANCE, 1);
action.setDataset(
  new Dataset(
    {
      TransactionUID: transaction,
      ReferencedSOPSequence: instances.map((uid) => ({ ReferencedSOPClassUID: sopClass, ReferencedSOPInstanceUID: uid })),
    },
    TransferSyntax.ImplicitVRLittleEndian
  )
);
action.on('response', (response) => say({ status: response.getStatus() }));
const client = new Client();
client.on('networkError', (error) => say({ error: String(error) }));
client.addRequest(action);
client.send('127.0.0.1', Number(gatewayPort), ownTitle, gatewayTitle);

setTimeout(() => process.exit(1), LIMIT_MILLIS);
