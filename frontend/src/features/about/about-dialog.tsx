import type { ReactNode, RefObject } from 'react'
import { paths } from '@/address/paths'
import { Dialog } from '@/components/dialog'
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
    <Part id="about-tasks" title="Two tasks, never mixed up">
      <dl className="about-tasks">
        <div className="about-task">
          <dt>Looking ahead</dt>
          <dd>
            From what is known when a session ends, the closes of the next ones.
            <span className="about-task-verdict">Only this can be acted on.</span>
          </dd>
        </div>
        <div className="about-task">
          <dt>Looking back</dt>
          <dd>
            From a session’s own open, high and low, its close. The high and the low are known when the day is over.
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
        Doing nothing is the forecast that costs nothing: the coming close is the last one. It is hard to beat. Skill
        is 1 − the model’s mean absolute error / that of doing nothing, on the same sessions.
      </p>
      <SkillExample />
      <p>
        At 0 a model is as wrong as doing nothing, below 0 it is worse: <strong>zero or less is no better</strong>, and
        this page says so. Three sessions prove nothing, which is why a forecast’s skill comes with a confidence
        interval: only when all of it is above 0 is the model called better.
      </p>
    </Part>
  )
}

function Intervals() {
  return (
    <Part id="about-intervals" title="Intervals: how sure is it?">
      <p>
        A 90 % interval is a range that should hold the close 9 times out of 10. Coverage is how often such ranges did,
        on sessions that the model had not seen. Well below 90 %, it is surer of itself than it should be; well above,
        its ranges are too wide to be of use.
      </p>
    </Part>
  )
}

function Sources() {
  return (
    <Part id="about-sources" title="Where the numbers come from">
      <p>
        From the bars that you have loaded, worked out by your own Bellwether. Nothing is sent anywhere, and this page
        fetches nothing from anywhere else. Other programs get the same answers: see the{' '}
        <a href={paths.docs}>API docs</a>.
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
          A bellwether is the sheep that wears the bell. The flock follows it, and nobody asks whether it knows the
          way. This page asks: it shows what a model says of a stock, how wrong it has been, and whether it beats doing
          nothing.
        </p>
        <Tasks />
        <Skill />
        <Intervals />
        <Sources />
        <p className="fine-print">
          <strong>Not investment advice.</strong> Past errors say how wrong a model was, not how wrong it will be.
        </p>
      </div>
    </Dialog>
  )
}
