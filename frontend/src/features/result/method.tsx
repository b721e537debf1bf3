import type { Result, Span } from '@/api/gen/types.gen'
import { decimal, formatCount, session } from '@/lib/format'

function Sessions({ span }: { span: Span }) {
  return (
    <dd>
      {session(span.first_session)} – {session(span.last_session)}, {formatCount(span.bars, 'bar')}
    </dd>
  )
}

export function Method({ result: { model, split, data } }: { result: Result }) {
  return (
    <section aria-labelledby="how-heading">
      <h4 id="how-heading">Method</h4>
      <p>
        The first 80 % of the sessions train the model, the last 20 % test it: it is scored only on sessions it has not
        seen.
      </p>
      <dl className="facts">
        <div>
          <dt>Trained on</dt>
          <Sessions span={split.train} />
        </div>
        <div>
          <dt>Tested on</dt>
          <Sessions span={split.test} />
        </div>
        <div>
          <dt>Model</dt>
          <dd>
            Linear regression: the session’s close from its own {model.feature_names.join(', ').toLowerCase()}
          </dd>
        </div>
        {model.feature_names.map((name, i) => (
          <div key={name}>
            <dt>Coefficient of {name}</dt>
            <dd className="figure">{decimal(model.coefficients[i] ?? null)}</dd>
          </div>
        ))}
        <div>
          <dt>Intercept</dt>
          <dd className="figure">{decimal(model.intercept)}</dd>
        </div>
        <div>
          <dt>Data revision</dt>
          <dd>
            <code>{data.revision}</code>
          </dd>
        </div>
      </dl>
    </section>
  )
}
