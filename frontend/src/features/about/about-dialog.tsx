import type { ReactNode, RefObject } from 'react'
import { paths } from '@/address/paths'
import { Dialog } from '@/components/dialog'
import { NO_CHANGE } from '@/lib/no-change'
import { SkillExample } from './skill-example'

function Part({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {children}
    </section>
  )
}

function Tasks() {
  return (
    <Part id="about-tasks" title="Two separate tasks">
      <dl className="about-tasks">
        <div className="about-task">
          <dt>Forecast</dt>
          <dd>
            The closes of the next sessions, from what is known when a session ends.
            <span className="about-task-verdict">You can act only on this.</span>
          </dd>
        </div>
        <div className="about-task">
          <dt>Same-day estimate</dt>
          <dd>
            A session’s close, from its own open, high and low. The high and low are known only when the day is over.
            <span className="about-task-verdict">Then it is too late to act, however good the scores look.</span>
          </dd>
        </div>
      </dl>
    </Part>
  )
}

function Skill() {
  return (
    <Part id="about-skill" title="Skill: is it worth listening to?">
      <p>
        {NO_CHANGE} It is free and hard to beat. Skill is 1 − the model’s mean absolute error / that of no
        change, on the same sessions.
      </p>
      <SkillExample />
      <p>
        At 0 a model is as wrong as assuming no change, below 0 it is worse: <strong>zero or less is no better</strong>.
        Three sessions prove nothing, so a forecast’s skill comes with a 95 % confidence interval (CI) and one of three
        verdicts:
      </p>
      <ul>
        <li>
          <strong>Was better</strong>: the 99 % CI, too, is above 0. The best of five models may look good by chance.
        </li>
        <li>
          <strong>No better</strong>: it was not, and the 95 % CI ends below 0.05.
        </li>
        <li>
          <strong>Too early to tell</strong>: neither can be said yet.
        </li>
      </ul>
    </Part>
  )
}

function Intervals() {
  return (
    <Part id="about-intervals" title="Intervals: how sure is it?">
      <p>
        A 90 % interval should hold the close 9 times out of 10. Coverage is how often it did, on sessions the model had
        not seen. Well below 90 %, the model is overconfident; well above, its intervals are too wide to be useful.
      </p>
    </Part>
  )
}

function Luck() {
  return (
    <Part id="about-luck" title="Many symbols: skill or luck?">
      <p>
        Among hundreds of symbols, some models look better by luck alone. The screener and the leaderboard first say how
        many look better and how many luck alone gives, and name a symbol only if luck hardly explains it.
      </p>
    </Part>
  )
}

function Sources() {
  return (
    <Part id="about-sources" title="Where the numbers come from">
      <p>
        From the bars you have loaded, computed by your own Bellwether. This page contacts no other server. Other
        programs get the same results: see the <a href={paths.docs}>API docs</a>.
      </p>
      <p>
        Charts are drawn by TradingView Lightweight Charts™, Apache-2.0, Copyright © 2026{' '}
        <a href={paths.charts} rel="noreferrer">
          TradingView, Inc.
        </a>
      </p>
    </Part>
  )
}

export function AboutDialog({ opener, onClose }: { opener: RefObject<HTMLElement | null>; onClose: () => void }) {
  return (
    <Dialog title="About Bellwether" className="about-dialog" opener={opener} onClose={onClose}>
      <div className="about-text">
        <p className="about-lead">
          A bellwether is the sheep that wears the bell. The flock follows it without asking whether it knows the way.
          This page asks: it shows stock forecasts, how wrong they have been, and whether they beat assuming no change.
        </p>
        <Tasks />
        <Skill />
        <Intervals />
        <Luck />
        <Sources />
        <p className="fine-print">
          <strong>Not investment advice.</strong> Past errors say how wrong a model was, not how wrong it will be.
        </p>
      </div>
    </Dialog>
  )
}
